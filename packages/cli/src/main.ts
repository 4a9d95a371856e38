console.log('claviger')
